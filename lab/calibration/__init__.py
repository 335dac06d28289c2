"""Measures how often the matcher errs on labelled photos, and writes it down: `lifecert-calibrate --help`.

A tool for developers and offices, in no layer. As a library: `lab.calibration.run.calibrate`.
"""
