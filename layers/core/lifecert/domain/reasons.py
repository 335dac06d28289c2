"""Why a verification was not accepted: stable codes, each with one thing a person can do about it."""

from enum import StrEnum


class Reason(StrEnum):
    """One reason for `retry` or `review`. The order is the order in which reasons are worth telling:
    what makes every later check meaningless comes first, so the first one present is the one to name."""

    # The file
    FILE_TYPE_UNSUPPORTED = "file_type_unsupported"
    FILE_DAMAGED = "file_damaged"
    IMAGE_TOO_LARGE = "image_too_large"
    IMAGE_TOO_SMALL = "image_too_small"
    FRAME_SEEN_BEFORE = "frame_seen_before"
    # The face in the picture
    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    FACE_TOO_SMALL = "face_too_small"
    FACE_CUT_OFF = "face_cut_off"
    # The picture's quality
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    TOO_COMPRESSED = "too_compressed"
    NO_COLOUR = "no_colour"
    BLURRED = "blurred"
    NOT_FACING_CAMERA = "not_facing_camera"
    # What covers a face shows only on one that faces the camera
    SUNGLASSES_WORN = "sunglasses_worn"
    MASK_WORN = "mask_worn"
    GLASSES_GLARE = "glasses_glare"
    FACE_COVERED = "face_covered"
    # Answering the challenge
    TURN_NOT_SEEN = "turn_not_seen"
    TURNED_TOO_FAR = "turned_too_far"
    MOUTH_NOT_OPEN = "mouth_not_open"
    EYES_NOT_CLOSED = "eyes_not_closed"
    SMILE_NOT_SEEN = "smile_not_seen"
    # After the steps: a person taken for a photo by mistake is first told what to do better
    FLAT_FACE = "flat_face"
    DIFFERENT_PEOPLE = "different_people"
    # Whose face it is
    NOT_MATCHING = "not_matching"
    # Only ever the reason of a review
    UPLOADED_OUT_OF_TIME = "uploaded_out_of_time"
    LIVENESS_DOUBTED = "liveness_doubted"
    MATCH_UNCERTAIN = "match_uncertain"
    STEPS_UNCERTAIN = "steps_uncertain"
    CHALLENGE_NOT_POSSIBLE = "challenge_not_possible"
    NOT_ASSESSED = "not_assessed"
    RETRIES_USED_UP = "retries_used_up"
    # Whatever the photos show: an open case is decided first. Which, is not told
    OFFICE_DECIDES = "office_decides"


# Nobody can act on these, and telling them again and again would teach an attacker: a human looks.
FOR_A_HUMAN = frozenset({Reason.UPLOADED_OUT_OF_TIME, Reason.LIVENESS_DOUBTED})
