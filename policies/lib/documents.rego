# How findings speak of the statements of a policy document, which is an object or its JSON as a string.
package lib.documents

# statement_path(pointer, document, index): the JSON pointer to statement `index` of the document that is at `pointer`.
statement_path(pointer, document, index) := sprintf("%s/Statement/%d", [pointer, index]) if {
	is_object(document)
	is_array(document.Statement)
}

statement_path(pointer, document, _) := sprintf("%s/Statement", [pointer]) if {
	is_object(document)
	is_object(document.Statement)
}

# Nothing inside a string can be pointed to.
statement_path(pointer, document, _) := pointer if is_string(document)

# statement_name(statement, index): "statement `Sid`", or the statement's number where it has no Sid.
statement_name(statement, _) := sprintf("statement `%s`", [statement.Sid]) if object.get(statement, "Sid", "") != ""

statement_name(statement, index) := sprintf("statement %d", [index + 1]) if object.get(statement, "Sid", "") == ""
