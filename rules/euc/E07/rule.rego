# E07 migration review: Weak conversions reviewed.
package daylight.euc.e07

import rego.v1

import data.daylight.lib

least_confidence := 0.8

hits contains {"object": workflow.name, "message": "low-confidence conversion without reviewer"} if {
	some workflow in lib.workflows
	object.get(workflow, "conversionConfidence", 1) < least_confidence
	lib.is_empty(object.get(workflow, "reviewedBy", ""))
}
