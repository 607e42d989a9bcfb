namespace LlmStack.Tracing;

/// <summary>The metadata keys of a retrieval's particulars.</summary>
internal static class RetrievalKeys
{
    public const string Index = "index";
    public const string TopK = "top_k";
    public const string DocumentCount = "document_count";
}
