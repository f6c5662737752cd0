"""Cancels an OpenAI Upload, unless it completes in time.

Needs boto3, and the stack's outputs ScheduleGroupName, FunctionArn, SchedulerRoleArn and FailuresArn in the environment. The
caller's role needs the policy ClientPolicyArn.

    python3 schedule.py upload_abc123
"""
import json
import os
import sys
from datetime import datetime, timedelta, timezone

import boto3


def cancel_unless_completed(upload_id: str, after: timedelta = timedelta(minutes=30)) -> str:
    """Creates a schedule that cancels the upload once, after that time, and then deletes itself. Returns the schedule's ARN.

    If the upload has completed, was cancelled or has expired by then, that is success. Raises ConflictException if the upload
    already has a schedule.
    """
    response = boto3.client("scheduler").create_schedule(
        Name=upload_id,
        GroupName=os.environ["ScheduleGroupName"],
        ScheduleExpression=f"at({datetime.now(timezone.utc) + after:%Y-%m-%dT%H:%M:%S})",
        FlexibleTimeWindow={"Mode": "OFF"},
        ActionAfterCompletion="DELETE",
        Target={
            "Arn": os.environ["FunctionArn"],
            "RoleArn": os.environ["SchedulerRoleArn"],
            # A list of one: nobody waits, so an Upload that is final by then is success.
            "Input": json.dumps([upload_id]),
            "DeadLetterConfig": {"Arn": os.environ["FailuresArn"]},
        },
    )
    return response["ScheduleArn"]


if __name__ == "__main__":
    print(cancel_unless_completed(sys.argv[1]))
