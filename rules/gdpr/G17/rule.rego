# G17 GDPR 5(1)(c): Personal fields are used.
package daylight.gdpr.g17

import rego.v1

import data.daylight.lib

used contains path if {
	some step in lib.steps
	some path in step.touches
}

used contains path if some path in object.get(lib.inventory, "viewFields", [])

hits contains {"object": field.path, "message": "personal field is never read by any step, form or report"} if {
	lib.step_count > 0
	some field in lib.fields
	lib.is_personal(field)
	not field.path in used
	not field.model in used
	not sprintf("%s.*", [field.model]) in used
}
