package lib.values_test

import data.lib.values

test_an_array_stays_as_it_is if values.as_array(["a", "b"]) == ["a", "b"]

test_an_empty_array_stays_empty if values.as_array([]) == []

test_a_string_becomes_an_array if values.as_array("a") == ["a"]

test_an_object_becomes_an_array if values.as_array({"a": 1}) == [{"a": 1}]

test_false_becomes_an_array if values.as_array(false) == [false]

test_a_set_becomes_an_array if values.as_array({"a"}) == ["a"]

test_true_values if {
	every value in [true, "true", "True", "TRUE", 1] {
		values.is_true(value)
	}
}

test_values_that_are_not_true if {
	every value in [false, "false", "", "yes", 0, 2, null, [], {}] {
		not values.is_true(value)
	}
}

test_tags_of_a_list if {
	values.tags([{"Key": "Name", "Value": "a"}, {"Key": "Empty"}]) == {"Name": "a", "Empty": ""}
}

test_of_a_repeated_tag_the_first_counts if {
	values.tags([{"Key": "Name", "Value": "b"}, {"Key": "Name", "Value": "a"}]) == {"Name": "b"}
}

test_tags_of_an_object if values.tags({"Name": "a"}) == {"Name": "a"}

test_no_tags if values.tags([]) == {}
