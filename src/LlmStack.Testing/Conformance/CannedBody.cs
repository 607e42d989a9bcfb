using System.Text;

namespace LlmStack.Testing;

/// <summary>An answer in a wire format.</summary>
/// <param name="MediaType">Its type, for instance <c>application/json</c>.</param>
/// <param name="Parts">Its bytes: of a stream each event or piece on its own, the last one last; of a whole answer usually one part.</param>
public sealed record CannedBody(string MediaType, IReadOnlyList<ReadOnlyMemory<byte>> Parts)
{
    /// <summary>A JSON document.</summary>
    /// <param name="text">The document.</param>
    public static CannedBody Json(string text) => new("application/json", [Encoding.UTF8.GetBytes(text)]);

    /// <summary>A stream of server-sent events.</summary>
    /// <param name="data">The data of each event.</param>
    public static CannedBody Events(IEnumerable<string> data) =>
        new("text/event-stream", [.. data.Select(static item => (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes($"data: {item}\n\n"))]);
}
