# G03 GDPR 30(1)(c): Categories of data subjects recorded.
package daylight.gdpr.g03

import rego.v1

import data.daylight.lib

hits contains {"object": lib.id, "message": "categories of data subjects missing"} if {
	lib.has_personal
	lib.missing("dataSubjects")
}
