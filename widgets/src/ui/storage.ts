/** Texts that the browser keeps for a page; a page without storage (a sandboxed frame) has none, and keeps none. */

export function storedText(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

export function storeText(key: string, text: string): void {
  try {
    localStorage.setItem(key, text);
  } catch {
    // After a reload the page starts afresh.
  }
}
