using LlmStack.Benchmarks.Canned;

namespace LlmStack.Benchmarks.Subjects;

/// <summary>A wire format to be measured.</summary>
/// <param name="Type">The provider's type.</param>
/// <param name="Address">The address, which nobody listens at.</param>
/// <param name="ChatModel">The model of chats.</param>
/// <param name="EmbeddingModel">The model of embeddings.</param>
internal sealed record WireFormat(string Type, Uri Address, string ChatModel, string EmbeddingModel)
{
    public static readonly WireFormat OpenAI = new("OpenAI", Rivals.OpenAISdk.DefaultAddress, Conversation.ChatModel, Conversation.EmbeddingModel);

    public static readonly WireFormat Anthropic = new("Anthropic", new Uri("https://anthropic.example/"), "claude-sonnet-4-5", "none");

    public static readonly WireFormat Gemini = new("Gemini", new Uri("https://gemini.example/v1beta/"), "gemini-3-flash", "gemini-embedding-001");
}
