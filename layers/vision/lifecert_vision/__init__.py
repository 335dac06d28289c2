"""Face analysis: decode, detect, quality, liveness, align, embed, match. Each module is one stage."""
