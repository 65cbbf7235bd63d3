"""What the API's views of every app are built from: views, fields, strict bodies, the description (spec 7)."""
