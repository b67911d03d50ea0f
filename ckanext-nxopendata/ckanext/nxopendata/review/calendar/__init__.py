"""The calendar of holidays and worked weekends, which deadlines go by."""
