# G11 GDPR 10: Authority for criminal-offence data.
package daylight.gdpr.g11

import rego.v1

import data.daylight.lib

hits contains {"object": field.path, "message": "criminal-offence data without authority in law"} if {
	some field in lib.fields
	lib.is_criminal(field)
	lib.is_empty(object.get(field.field, "legalAuthority", ""))
}
