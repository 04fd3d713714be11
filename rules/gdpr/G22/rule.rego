# G22 GDPR 5(1)(f), 32: No personal data in logs.
package daylight.gdpr.g22

import rego.v1

import data.daylight.lib

hits contains {"object": step.object, "message": sprintf("personal field %s is written to the log", [path])} if {
	some step in lib.steps
	some path in step.logs
	path in lib.personal_touches
}
