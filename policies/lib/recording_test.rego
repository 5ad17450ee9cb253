package lib.recording_test

import data.lib.recording

records(properties) if recording.records_management_events({"properties": properties})

test_records if {
	records({})
	records({"EventSelectors": [{"IncludeManagementEvents": true, "ReadWriteType": "All"}]})
	records({"EventSelectors": [{"DataResources": [{"Type": "AWS::S3::Object"}]}]})
	records({"AdvancedEventSelectors": [{"FieldSelectors": [
		{"Field": "eventCategory", "Equals": ["Management"]},
		{"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]},
	]}]})
}

test_does_not_record if {
	not records({"EventSelectors": [{"IncludeManagementEvents": false}]})
	not records({"EventSelectors": [{"ReadWriteType": "WriteOnly"}]})
	not records({"AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]}]})
	not records({"AdvancedEventSelectors": [{"FieldSelectors": [
		{"Field": "eventCategory", "Equals": ["Management"]},
		{"Field": "readOnly", "Equals": ["false"]},
	]}]})
}
