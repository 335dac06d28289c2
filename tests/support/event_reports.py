"""What each event file that is no call over HTTP ends with."""

from gzip import BadGzipFile
from typing import Any

from pydantic import ValidationError

from lifecert.domain.errors import ImportNotFound, SweepUnfinished
from lifecert.entry.http.authorising import Unauthorized

# What the answer has among its members, or what is raised.
REPORTS: dict[str, dict[str, Any] | type[Exception]] = {
    "authorise/taken": {"principalId": "0a1b2c3d-0000-4000-8000-00000000000a"},
    "authorise/program": {
        "principalId": "4example0client0of0a0payer",
        "context": {"sub": "4example0client0of0a0payer", "groups": "", "payer": "mine"},
    },
    "authorise/program_of_register": {
        "principalId": "5example0client0of0a0registry",
        "context": {"sub": "5example0client0of0a0registry", "groups": "", "register": "civil_register"},
    },
    "authorise/refused": Unauthorized,
    "authorise/no_token": Unauthorized,
    "expiry_sweep/by_hand": {"run_id": "2026-03-01.1", "state": "running"},
    "expiry_sweep/dry_run": {"run_id": "dry-run", "dry_run": True, "jobs": 1, "failed_total": 0},
    "expiry_sweep/misspelt": ValidationError,
    "expiry_sweep/not_a_date": ValidationError,
    "expiry_sweep/schedule": {"state": "running", "first_day": "2026-01-29"},
    "expiry_sweep/since": {"state": "running", "first_day": "2025-12-31"},
    "expiry_sweep/watch": SweepUnfinished,
    "write_change_file/schedule": {
        "files": 2,
        "changes": 0,
        "payers": {payer: {"last_number": 1, "last_sequence": 0} for payer in ("fund", "mine")},
    },
    "write_snapshot/schedule": {"snapshots": 2, "payers": {p: {"number": 1, "benefits": 0} for p in ("fund", "mine")}},
    "anchor_ledger/schedule": {"anchors": 1, "days": {"2026-02-28": 0}},
    "decide_session/never_opened": {"refused": "SessionNotFound"},
    "decide_session/unreadable": KeyError,
    "purge_faces/schedule": {"people": 2, "people_with_faces": 6},
    "import_references/planned": {"batchItemFailures": []},
    "import_references/part": {"batchItemFailures": []},
    "import_references/of_a_register": {"batchItemFailures": []},
    "import_references/unreadable": {"batchItemFailures": ["3f1424d4-f796-459a-8184-9c92662be6d1"]},
    "import_register/planned": {"batchItemFailures": []},
    "import_register/part": {"batchItemFailures": []},
    "import_register/the_same_twice": {"batchItemFailures": []},
    "import_register/over_and_unknown": {"batchItemFailures": []},
    "import_register/unreadable": {"batchItemFailures": ["3f1424d4-f796-459a-8184-9c92662be6d1"]},
    "import_data_match/a_path": ValidationError,
    "import_data_match/csv": {"lines": 3, "taken": {"certified": 1}, "rejected": {"columns": 1, "id_number": 1}},
    "import_data_match/json_lines": {"taken": {"case_opened": 1}, "rejected": {}, "finished": True},
    "import_data_match/misspelt": ValidationError,
    "import_data_match/not_there": ImportNotFound,
    "notice_receipt/arrived": {"arrived": 1, "noted": 1, "failed": 0},
    "notice_receipt/control": {"arrived": 0},
    "notice_receipt/not_zipped": BadGzipFile,
    "notice_receipt/twice_failed_foreign_and_unreadable": {"arrived": 3, "noted": 1, "failed": 1},
    "find_duplicates/nobodys_face": {"added": 0, "forgotten": 0, "reviews": 0},
    "find_duplicates/one_face": {"added": 1, "reviews": 0},
    "find_duplicates/same_face_twice": {"added": 2, "reviews": 2},
    "find_duplicates/unreadable": ValueError,
    "publish_events/bus_refuses_one": {"batchItemFailures": ["10600000000000000000001", "10800000000000000000001"]},
    "publish_events/put_over": {"batchItemFailures": []},
    "publish_events/registered": {"batchItemFailures": []},
    "publish_events/removed_by_hand": {"batchItemFailures": []},
    "publish_events/unreadable": {"batchItemFailures": ["10900000000000000000001"]},
    "publish_events/whole_year": {"batchItemFailures": []},
    "send_notice/certified": {"batchItemFailures": []},
    "write_work_lists/changed": {"batchItemFailures": []},
    "write_work_lists/place_of_a_number_and_removed": {"batchItemFailures": []},
    "write_work_lists/registered": {"batchItemFailures": []},
    "write_work_lists/unreadable": {"batchItemFailures": ["10600000000000000000001", "10800000000000000000001"]},
    "send_notice/consent_withdrawn_and_undone": {"batchItemFailures": []},
    "send_notice/reminder": {"batchItemFailures": []},
    "send_notice/start_corrected": {"batchItemFailures": []},
    "send_notice/twice_late_and_unknown": {"batchItemFailures": []},
    "send_notice/unreadable": {
        "batchItemFailures": ["19dd0b57-b21e-4ac1-bd88-01bbb068cb78", "2e1424d4-f796-459a-8184-9c92662be6da"]
    },
    "sweep_worker/both_shards": {"batchItemFailures": []},
    "sweep_worker/the_same_twice": {"batchItemFailures": []},
    "sweep_worker/unknown_run": {"batchItemFailures": []},
    "sweep_worker/unreadable": {
        "batchItemFailures": ["19dd0b57-b21e-4ac1-bd88-01bbb068cb78", "2e1424d4-f796-459a-8184-9c92662be6da"]
    },
}
