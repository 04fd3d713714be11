# P06 PCI 3.5.1: Hash and truncation kept apart.
package daylight.pci.p06

import rego.v1

import data.daylight.lib

forms(name) := {field.storage |
	some field in lib.fields
	field.model == name
	lib.is_pan(field)
}

hits contains {"object": name, "message": "hashed and truncated forms of PAN sit together without a correlation control"} if {
	some name in lib.pan_models
	"truncation" in forms(name)
	count(forms(name) & {"hash", "keyed-hash"}) > 0
	not "pan-correlation-control" in lib.security_measures
}
