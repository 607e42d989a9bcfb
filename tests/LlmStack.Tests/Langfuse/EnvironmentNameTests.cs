using LlmStack.Langfuse;

namespace LlmStack.Tests.Langfuse;

public sealed class EnvironmentNameTests
{
    [Theory]
    [InlineData(null, null)]
    [InlineData("  ", null)]
    [InlineData("Production", "production")]
    [InlineData("langfuse-langfuse_Staging", "staging")]
    [InlineData("langfuse-", "default")]
    [InlineData("with space", "default")]
    [InlineData("größe", "default")]
    [InlineData("langfuse", "langfuse")]
    [InlineData("a123456789012345678901234567890123456789XYZ", "a123456789012345678901234567890123456789")]
    public void Names_are_brought_into_the_servers_form(string? name, string? expected) =>
        Assert.Equal(expected, EnvironmentName.Normalize(name));
}
