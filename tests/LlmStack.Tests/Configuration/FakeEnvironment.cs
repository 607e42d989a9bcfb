using LlmStack.Configuration;

namespace LlmStack.Tests.Configuration;

internal sealed class FakeEnvironment(params (string Name, string Value)[] values) : IEnvironment
{
    public string? Get(string name) => values.FirstOrDefault(pair => pair.Name == name).Value;
}
