# G15 GDPR 5(2): Personal data carries the tag.
package daylight.gdpr.g15

import rego.v1

import data.daylight.lib

hits contains {"object": lib.id, "message": "personal data detected but app is not tagged GDPR"} if {
	lib.has_personal
	not "GDPR" in lib.tags
}
