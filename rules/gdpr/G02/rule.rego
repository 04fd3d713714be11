# G02 GDPR 30(1)(a): Controller and data protection contact named.
package daylight.gdpr.g02

import rego.v1

import data.daylight.lib

hits contains {"object": lib.id, "message": "controller / DPO contact missing"} if {
	lib.has_personal
	some key in ["controller", "dpoContact"]
	lib.missing(key)
}
