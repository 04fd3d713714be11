# E01 EUC inventory; DORA 8(1): Someone owns the application.
package daylight.euc.e01

import rego.v1

import data.daylight.lib

hits contains {"object": lib.id, "message": "no active owner (orphan)"} if {
	not owned
}

owned if {
	not lib.missing("owner")
	object.get(lib.metadata, "ownerActive", true)
}
