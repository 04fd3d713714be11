# G16 GDPR 5(2): Tag without personal data.
package daylight.gdpr.g16

import rego.v1

import data.daylight.lib

hits contains {"object": lib.id, "message": "tagged GDPR but no personal field is modelled"} if {
	"GDPR" in lib.tags
	not lib.has_personal
}
