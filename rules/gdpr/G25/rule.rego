# G25 GDPR 25(2), 32: Personal data not open to everyone.
package daylight.gdpr.g25

import rego.v1

import data.daylight.lib

hits contains {"object": place, "message": "source with personal data is shared with everyone"} if {
	lib.has_personal
	lib.inventory.sharedWith in {"everyone", "anonymous-link", "external"}
	place := object.get(lib.inventory, "path", lib.id)
}
