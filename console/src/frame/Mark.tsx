/** Regent's mark: a crown on a seal. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="7" />
      <path d="M7 21.5 6 10.8l5.4 4.3L16 8l4.600 7.100L26 10.800 25 21.500z" />
      <rect className="band" x="7" y="23.200" width="18" height="2.300" rx="1.150" />
    </svg>
  );
}
