using LlmStack.Providers.OpenAI;
using LlmStack.Tests.Providers.Streaming;

namespace LlmStack.Tests.Providers.OpenAI;

/// <summary>The streaming cases of this format, each at every cut, compressed, and over a real socket.</summary>
public sealed class StreamCaseTests
{
    private static readonly Dictionary<string, StreamCase> Cases = FramingCases.All.ToDictionary(static one => one.Title);

    public static TheoryData<string> Titles => StreamCase.Titles(Cases.Values);

    [Theory]
    [MemberData(nameof(Titles))]
    public Task However_it_is_cut(string title) => StreamCaseRunner.RunAsync(Cases[title], static setup => new OpenAIProvider(setup, OpenAIProfile.OpenAI));
}
