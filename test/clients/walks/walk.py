"""A round trip by the generated client, with no check for None that the platform does not ask for."""

import io
import json
import os

from drippulse_client import AuthenticatedClient
from drippulse_client.api.crm_leads import crm_leads_import_csv
from drippulse_client.api.enrollments import workflows_enrollments_bulk, workflows_enrollments_list
from drippulse_client.api.workflows import workflows_create, workflows_get, workflows_list
from drippulse_client.models import BulkEnrollRequest, CreateWorkflowRequest, WorkflowStatus
from drippulse_client.types import File

client = AuthenticatedClient(base_url=os.environ["BASE_URL"], token=os.environ["API_KEY"])

steps = [
    {"type": "trigger", "name": "Start"},
    {"type": "log", "name": "Done", "config": {"message": "Hello {{ first_name }}", "level": "info"}},
]
body = CreateWorkflowRequest.from_dict({"name": "Made by Python", "steps": steps})
body.status = WorkflowStatus.ACTIVE
workflow = workflows_create.sync(client=client, body=body)
enrolled = workflows_enrollments_bulk.sync(
    workflow.id,
    client=client,
    body=BulkEnrollRequest.from_dict({"contacts": [{"email": "ada@example.com", "first_name": "Ada", "score": 90}]}),
)
workflows = workflows_list.sync(client=client, limit=10)
page = workflows_enrollments_list.sync(workflow.id, client=client)
file = File(payload=io.BytesIO(b"email,last_name\nalan@example.com,Turing\n"), mime_type="text/csv")
imported = crm_leads_import_csv.sync(client=client, body=file)
missing = workflows_get.sync(999_999, client=client)

print(
    json.dumps(
        {
            "names": [each.name for each in workflows.workflows],
            "config": workflow.steps[1].config.to_dict(),
            "enrolled": enrolled.created_count,
            "total": page.step_funnel.totals.total_enrollments,
            "steps": [step.name for step in page.step_funnel.steps],
            "statuses": len([each.status.value for each in page.enrollments]),
            "imported": imported.created,
            "missing": str(missing.error),
        }
    )
)
