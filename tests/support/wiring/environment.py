"""An environment that every function can start in: a value for each setting, by its name."""

from lifecert.entry.settings import Common
from tests.support.sweeping import GRACE_DAYS, REMINDERS

VALUES = {
    "stage": "prod",
    "time_zone": "Asia/Shanghai",
    "clock_shift_days": "0",
    "due_shards": "4",
    "clerks_without_district": "Everywhere",
    "sweep_rate": "50",
    "sweep_tries": "5",
    "reminder_days": ",".join(map(str, REMINDERS)),
    "hold_grace_days": str(GRACE_DAYS),
    "quiet_hours": "21-8",
    "notice_spread_hours": "10",
    "notice_rate": "1000",
    "notice_language": "zh-CN",
    "hold_notice_ways": "letter,visit,public_notice",
    "notice_letter_days": "7",
    "notice_public_days": "30",
    "limit_starts_by_user": "7",
    "limit_unknown_by_user": "7",
    "limit_starts_for_person": "7",
    "limit_usual_helper_day": "7",
    "limit_invitation_uses_day": "7",
    "limit_finds_hour": "7",
    "limit_finds_day": "7",
    "limit_deaths_day": "50",
    "invitation_years": "5",
    "invitation_page_url": "",
    "letter_page_url": "https://life.example.org",
    "print_house_key": "",
    "upload_origin": "https://the-frames.s3.us-east-1.amazonaws.com",
    "sign_in_origins": "https://cognito-idp.us-east-1.amazonaws.com",
    "desk_origins": "https://the-frames.s3.us-east-1.amazonaws.com https://cognito-idp.us-east-1.amazonaws.com",
    "desk_photo_origins": "https://the-frames.s3.us-east-1.amazonaws.com https://the-photos.s3.us-east-1.amazonaws.com",
    "desk_sign_in_discovery": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_staff/.well-known/openid-configuration",
    "desk_sign_in_scopes": "openid",
    "oidc_issuer": "https://issuer.example.org",
    "oidc_payer_claim": "scope",
    "oidc_number_claim": "id_number",
    "oidc_discovery": "",
    "sign_in_with": "SignedIn",
    "sign_in_issuer": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_example",
    "sign_in_discovery": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_example/.well-known/openid-configuration",
    "sign_in_endpoint": "https://cognito-idp.us-east-1.amazonaws.com/",
    "sign_in_scopes": "openid",
    "shadow_policy": "",
    "gallery_index_arn": "",
    "payers": "fund,mine",
    "number_schemes": "gb11643,permanent_residence",
    "data_match_sources": "hospital,civil_register",
    "data_match_rate": "1000",
    "person_secrets": "1,2",
    "person_secrets_moving": "true",
}


def environment_of(model: type[Common]) -> dict[str, str]:
    """The variables of one function; what has no value above is called `the-<name>`."""
    return {field.upper(): VALUES.get(field, f"the-{field}") for field in model.model_fields}
