"""Make one read-only call of AWS and compare a part of its answer with what is expected.

The argument is JSON: ``service``, ``operation`` and ``params`` of boto3, ``query`` (JMESPath) and ``value``. Region, endpoint and
credentials come from the environment. Exits with 1 and both values when they differ.
"""

from __future__ import annotations

import json
import sys

import boto3
import jmespath

question = json.loads(sys.argv[1])
answer = getattr(boto3.client(question["service"]), question["operation"])(**question.get("params", {}))
found = json.loads(json.dumps(jmespath.search(question["query"], answer), default=str))
if found != question["value"]:
    sys.exit(
        f"{question['operation']}: {question['query']} is {json.dumps(found)}, not {json.dumps(question['value'])}"
    )
