# E13 SS1/23 P1/P2; attestation: Attested within a year.
package daylight.euc.e13

import rego.v1

import data.daylight.lib

hits contains {"object": lib.id, "message": "attestation older than 12 months"} if {
	lib.is_critical
	not lib.is_recent(object.get(lib.metadata, "attestedDay", 0))
}
