# G12 GDPR 35(1),(3); WP248: Impact assessment where it is due.
package daylight.gdpr.g12

import rego.v1

import data.daylight.lib

hits contains {"object": lib.id, "message": sprintf("DPIA required (%s) but not approved", [concat(", ", sort(lib.impact_criteria))])} if {
	lib.has_personal
	count(lib.impact_criteria) >= 2
	object.get(lib.metadata, ["dpia", "status"], "") != "approved"
}
