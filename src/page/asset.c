#include "page/asset.h"

/* Made by tools/embed.py; holds asset_table. */
#include "asset_table.h"

const struct asset *asset_list(size_t *ret_count)
{
	*ret_count = sizeof(asset_table) / sizeof(asset_table[0]);
	return asset_table;
}

const struct asset *asset_find(struct str path)
{
	size_t count;
	const struct asset *a = asset_list(&count);

	for (size_t i = 0; i < count; i++)
		if (str_eq(a[i].path, path))
			return &a[i];
	return NULL;
}

const struct asset *asset_named(struct str name)
{
	size_t count;
	const struct asset *a = asset_list(&count);

	for (size_t i = 0; i < count; i++)
		if (str_eq(a[i].name, name))
			return &a[i];
	return NULL;
}
