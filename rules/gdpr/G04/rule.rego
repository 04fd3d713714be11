# G04 GDPR 30(1)(d): Recipients of personal data declared.
package daylight.gdpr.g04

import rego.v1

import data.daylight.lib

hits contains {"object": step.object, "message": sprintf("recipient '%s' is used by a step but not declared", [recipient])} if {
	some step in lib.steps
	lib.is_external(step)
	lib.touches_personal(step)
	recipient := lib.recipient(step)
	not recipient in {known.name | some known in lib.recipients}
}
