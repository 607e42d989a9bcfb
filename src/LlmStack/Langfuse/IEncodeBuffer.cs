namespace LlmStack.Langfuse;

/// <summary>Where a record is encoded before anybody knows how long it will be.</summary>
internal interface IEncodeBuffer
{
    /// <summary>The space behind the committed records, at least <paramref name="minimum"/> bytes.</summary>
    Span<byte> GetFree(int minimum);

    /// <summary>A larger space behind the committed records that begins with the <paramref name="written"/> uncommitted bytes.</summary>
    Span<byte> Grow(int written, int minimum);
}
