using LlmStack.Providers.OpenAI;
using LlmStack.Tests.Providers.Streaming;

namespace LlmStack.Tests.Providers.OpenAI;

/// <summary>The streaming cases of this format, each at every cut, compressed, and over a real socket.</summary>
public sealed class StreamCaseTests
{
    private static readonly Dictionary<string, (StreamCase Case, OpenAIProfile Profile)> Cases =
        FramingCases.All.Concat(ChunkCases.All).Concat(FailureCases.All).Select(static one => (Case: one, Profile: OpenAIProfile.OpenAI))
            .Concat(ProfileCases.All)
            .ToDictionary(static one => one.Case.Title);

    public static TheoryData<string> Titles => StreamCase.Titles(Cases.Values.Select(static one => one.Case));

    [Theory]
    [MemberData(nameof(Titles))]
    public Task However_it_is_cut(string title) => StreamCaseRunner.RunAsync(Cases[title].Case, setup => new OpenAIProvider(setup, Cases[title].Profile));
}
