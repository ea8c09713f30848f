"""What each person must see first: "Hôm nay" and the profile."""
