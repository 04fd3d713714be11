# E08 data integrity; SSMA unique-index check: Records have a key.
package daylight.euc.e08

import rego.v1

import data.daylight.lib

hits contains {"object": model.name, "message": "no primary key or unique index"} if {
	some model in lib.models
	not keyed(model)
}

keyed(model) if count(object.get(model, "primaryKey", [])) > 0

keyed(model) if {
	some index in object.get(model, "indexes", [])
	some mark in ["unique", "primary"]
	index[mark] == true
}
