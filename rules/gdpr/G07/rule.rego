# G07 GDPR 30(1)(g), 32(1): Security measures described.
package daylight.gdpr.g07

import rego.v1

import data.daylight.lib

hits contains {"object": lib.id, "message": "no technical/organisational measures recorded"} if {
	lib.has_personal
	lib.missing("securityMeasures")
}
