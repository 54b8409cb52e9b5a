/** A decoded path in the form in which two that any file system takes for the same are equal; it may make more equal. */
export function foldPath(path: string): string {
  // APFS and NTFS ignore case, APFS also how accents are encoded, HFS+ and ext4's casefold what cannot be seen.
  const folded = path
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, '')
    .normalize('NFC')
    .toLowerCase()
    .toUpperCase()
    .normalize('NFC')
  // Windows ignores dots and blanks at the end of a name.
  return folded.replaceAll(/(?<![. ])[. ]+(?=\/|$)/g, '')
}
