# G01 GDPR 30(1)(b), 5(1)(b): Purpose of processing recorded.
package daylight.gdpr.g01

import rego.v1

import data.daylight.lib

hits contains {"object": lib.id, "message": "personal data without a recorded purpose"} if {
	lib.has_personal
	lib.missing("purpose")
}
