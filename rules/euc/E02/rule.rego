# E02 DORA 11; CoE mitigation plan: Critical applications have a deputy and a plan.
package daylight.euc.e02

import rego.v1

import data.daylight.lib

hits contains {"object": lib.id, "message": "critical app without deputy and outage plan"} if {
	lib.is_critical
	some key in ["deputy", "mitigationPlan"]
	lib.missing(key)
}
