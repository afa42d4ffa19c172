"""The outlook (配信カレンダー): what will go out in a month, day by day, and how long the allowance lasts."""

from lstep_lite.engine.outlook.items import Item
from lstep_lite.engine.outlook.months import Day, Month, keep, later, month, month_of, reckon

__all__ = ["Day", "Item", "Month", "keep", "later", "month", "month_of", "reckon"]
