using System.Text;

namespace LlmStack.Tests.Providers.Streaming;

/// <summary>The bytes of a streamed answer, and what must become of them however they are cut, packed and sent.</summary>
/// <param name="Number">The case's number in the list of streaming cases; 0 for one that is not in it.</param>
/// <param name="Name">What the case shows, as a sentence with underscores.</param>
/// <param name="Bytes">The body, without HTTP framing.</param>
/// <param name="Expected">What must come out.</param>
internal sealed record StreamCase(int Number, string Name, byte[] Bytes, StreamExpectation Expected)
{
    public StreamCase(int number, string name, string body, StreamExpectation expected)
        : this(number, name, Encoding.UTF8.GetBytes(body), expected)
    {
    }

    public string Title => $"Case_{Number:00}_{Name}";

    public string ContentType { get; init; } = "text/event-stream";

    /// <summary>Whether the connection breaks behind the last byte instead of ending.</summary>
    public bool IsBroken { get; init; }

    /// <summary>The cases by title: what a theory's rows carry, so that each has a name of its own.</summary>
    public static TheoryData<string> Titles(IEnumerable<StreamCase> cases) => new(cases.Select(static one => one.Title));
}
