# G09 GDPR 9(2): Condition for special categories.
package daylight.gdpr.g09

import rego.v1

import data.daylight.lib

hits contains {"object": field.path, "message": "special-category field without an Art. 9(2) condition"} if {
	some field in lib.fields
	lib.is_special(field)
	lib.is_empty(object.get(field.field, "art9Condition", ""))
}
