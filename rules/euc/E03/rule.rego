# E03 SOX 404 segregation of duties: Four eyes.
package daylight.euc.e03

import rego.v1

import data.daylight.lib

hits contains {"object": lib.id, "message": "author approved own change"} if {
	lower(trim_space(lib.metadata.approval.approvedBy)) == lower(trim_space(lib.metadata.createdBy))
}
