# E14 equivalence evidence: Migrated workflows are proven equal.
package daylight.euc.e14

import rego.v1

import data.daylight.lib

hits contains {"object": workflow.name, "message": "migrated workflow has no passing equivalence replay"} if {
	lib.inventory.status == "migrated"
	some workflow in lib.workflows
	object.get(workflow, ["equivalence", "passed"], false) == false
}
