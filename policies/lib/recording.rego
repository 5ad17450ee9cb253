# What the event selectors of CloudTrail trails let them record.
package lib.recording

# records_management_events(trail): it records all management events. Without selectors a trail does.
records_management_events(trail) if {
	count(object.get(trail.properties, "EventSelectors", [])) == 0
	count(object.get(trail.properties, "AdvancedEventSelectors", [])) == 0
}

records_management_events(trail) if {
	some selector in trail.properties.EventSelectors
	object.get(selector, "IncludeManagementEvents", true)
	object.get(selector, "ReadWriteType", "All") == "All"
}

records_management_events(trail) if {
	some selector in trail.properties.AdvancedEventSelectors
	some field in selector.FieldSelectors
	field.Field == "eventCategory"
	"Management" in field.Equals
	count([other | some other in selector.FieldSelectors; _narrows(other)]) == 0
}

# To leave single event sources out (NotEquals) is usual: those of KMS and of the RDS Data API are many.
_narrows(field) if {
	field.Field != "eventCategory"
	not field.NotEquals
}
