# G14 GDPR 87: National identifiers justified.
package daylight.gdpr.g14

import rego.v1

import data.daylight.lib

hits contains {"object": field.path, "message": "national identifier without stated justification"} if {
	some field in lib.fields
	lib.is_national_id(field)
	lib.is_empty(object.get(field.field, "justification", ""))
}
