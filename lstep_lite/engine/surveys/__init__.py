"""Answer forms (回答フォーム): built by staff, answered by customers, kept in the wording of their time."""
