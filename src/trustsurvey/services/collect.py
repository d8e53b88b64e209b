"""Keep one person's answers, and nothing else about them."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable

from sqlalchemy import Connection

from trustsurvey.anonymity import sealing
from trustsurvey.errors import AnswersError, Fault, StateError
from trustsurvey.questionnaire import record, routing
from trustsurvey.questionnaire.routing import Answers
from trustsurvey.services.open_comments import LANGUAGE
from trustsurvey.store import once, queries
from trustsurvey.store.queries import WaveRow

Random = Callable[[int], bytes]


def is_first(connection: Connection, wave: WaveRow, key: str) -> bool:
    """Note, in the transaction that collects, that a phone sends answers under ``key``, random text of its own; False when they are stored.

    Of two that send the same key at once one waits for the other's transaction. What is noted is a hash, until the wave closes.
    """
    return once.remember_sent(connection, wave.id, hashlib.sha256(key.encode()).digest())


def collect(
    connection: Connection,
    wave: WaveRow,
    *,
    area: str,
    answers: Answers,
    comment: str = "",
    mode: str = "web",
    random: Random = secrets.token_bytes,
) -> None:
    """Store the answers to ``wave`` of one resident of ``area`` (an area's code), and the comment sealed apart under a key of its own.

    In a sealed wave area and answers are sealed to its key. Answers to questions that don't apply are dropped. Raises StateError when the
    wave is closed, and AnswersError for an area or an answer that the survey doesn't have, or for no answer at all; then nothing is stored.
    """
    if not queries.is_open(connection, wave.id):
        raise StateError(f"wave {wave.number} of {wave.survey.code} is closed")
    areas = {row.code for row in queries.areas(connection, wave.survey.area_set_id)}
    if area not in areas:
        raise AnswersError([Fault("this neighborhood is not part of the survey", place="area")])
    kept = routing.applicable(wave.questionnaire, answers)
    if len(kept) < len(answers):
        known = {item.code for item in wave.questionnaire.items()}
        unknown = [code for code in answers if code not in known]
        if unknown:
            raise AnswersError([Fault("there is no such item in this questionnaire", place=code) for code in unknown])
    comment = comment.strip()
    if not kept and not comment:
        raise AnswersError([Fault("nothing is answered", place="")])
    encoded = record.encode(wave.questionnaire, kept)
    if wave.sealing_key is None:
        queries.add_response(connection, wave_id=wave.id, key=random(16), area_code=area, mode=mode, answers=encoded)
    else:
        size = sealing.record_size(areas, len(encoded))
        box = sealing.seal_record(sealing.Record(area, encoded), wave.sealing_key, size)
        queries.add_sealed_response(connection, wave_id=wave.id, key=random(16), mode=mode, sealed=box)
    if comment:
        if wave.comment_key is None:
            raise StateError("this wave takes no comments: it has no key to seal them with")
        language = kept.get(LANGUAGE, "")
        spoken = language if isinstance(language, str) and language not in record.SPECIAL else ""
        sealed = sealing.seal(sealing.Comment(area, comment, spoken), wave.comment_key)
        queries.add_comment(connection, wave_id=wave.id, key=random(16), sealed=sealed)
