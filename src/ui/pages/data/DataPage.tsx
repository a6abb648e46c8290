/** The Data page. */
export default function DataPage() {
  return <main />;
}
